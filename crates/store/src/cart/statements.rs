//! The statements of carts and their lines.

use crate::sql::statements;

/// What one line may hold: stock, unless the SKU sells without; and the limit of a line.
macro_rules! fits {
    ($most:literal, $($total:tt)+) => {
        concat!(
            "(not sku.is_tracked or sku.may_oversell or ", $($total)+, " <= sku.stock) and ", $($total)+, " <= ", $most
        )
    };
}
/// What a buyer pays for a SKU now.
macro_rules! effective_price {
    () => {
        "case when 0 < sku.sale_price and sku.sale_price < sku.price then sku.sale_price else sku.price end"
    };
}
/// Pieces that the owner holds of the listing: of the SKU, or of all its SKUs.
macro_rules! held {
    () => {
        "coalesce((select cast(sum(held.quantity) as bigint) from cart_line as held
            where held.owner_id = $1 and held.listing_id = $2 and (held.sku_id = $3 or $8)), 0)"
    };
}

/// A row when nothing is against more pieces: stock and limits, and a shelf of what is on sale.
macro_rules! can_add {
    ($listing_row:expr, $owner:literal, $listing:literal, $sku:literal, $most:literal, $more:literal, $lines:literal) => {
        concat!(
            "select ",
            $listing_row,
            "
            join sku on sku.id = ",
            $sku,
            " and sku.product_id = listing.product_id
            left join cart_line as line
                on line.owner_id = ",
            $owner,
            " and line.listing_id = ",
            $listing,
            " and line.sku_id = ",
            $sku,
            "
            where listing.id = ",
            $listing,
            " and listing.shelf in (1, 3)
                and ",
            fits!($most, concat!("coalesce(line.quantity, 0) + ", $more)),
            "
                and (line.id is not null
                    or (select count(*) from cart_line where cart_line.owner_id = ",
            $owner,
            ") < ",
            $lines,
            ")"
        )
    };
}

macro_rules! remove_skus {
    ($listed:literal) => {
        concat!(
            "delete from cart_line where owner_id = $1 and sku_id",
            $listed,
            " and (cast($3 as bigint) is null or listing_id in (select id from listing where store_id = $3))"
        )
    };
}

/// What a reply needs of a cart itself.
macro_rules! of_cart {
    ($cart:literal) => {
        concat!(
            $cart,
            ".version, ",
            $cart,
            ".address, ",
            $cart,
            ".shipping_method, ",
            $cart,
            ".payment_method, ",
            $cart,
            ".created_at as cart_created_at, ",
            $cart,
            ".updated_at as cart_updated_at"
        )
    };
}

/// A cart with some of its lines.
macro_rules! cart {
    ($whose:literal, $lines:literal, $which:literal) => {
        concat!(
            "select ",
            $whose,
            of_cart!("cart"),
            ",
                line.id, line.listing_id, line.sku_id, line.quantity, line.is_selected, line.notes,
                line.order_extra, line.price_when_added, line.created_at, line.updated_at
            from cart left join cart_line as line on ",
            $lines,
            " where cart.owner_id = ",
            $which
        )
    };
}

statements! {
    /// Takes the lock of the shopper's cart row, made when missing, and counts the write.
    LOCK = "insert into cart (owner_id, version, next_line_id, created_at, updated_at)
        values ($1, 1, 1, $2, $2)
        on conflict (owner_id) do update
        set version = cart.version + 1, next_line_id = cart.next_line_id + 1, updated_at = excluded.updated_at";

    /// The same where the writer knows that there is no cart yet.
    LOCK_ABSENT = "insert into cart (owner_id, version, next_line_id, created_at, updated_at)
        values ($1, 1, 1, $2, $2) on conflict (owner_id) do nothing";

    /// The same where the writer knows the version.
    LOCK_SEEN = "update cart set version = version + 1, next_line_id = next_line_id + 1, updated_at = $2
        where owner_id = $1 and version = $3";

    /// One row when nothing is against `$5` more pieces: status, stock and limits.
    ///
    /// For many it is the whole of an add: it takes the locks, checks, adds, and gives what [`CART_LINE`] gives. It sees what was
    /// committed when it began, and behind a lock that it had to wait for there may be more. A line that is there is
    /// changed as it is then, with the check made again. For any other it counts that the cart is still the one that was seen:
    /// the last column says so where nothing was added, and where it is not true, nothing was decided.
    CAN_ADD = can_add!("1 from listing", "$1", "$2", "$3", "$4", "$5", "$6"),
        together: concat!("with asked as materialized (
            select * from unnest(cast($1 as bytea[]), cast($2 as bigint[]), cast($3 as bigint[]), cast($4 as bigint[]),
                cast($5 as bigint[]), cast($6 as bigint[]), cast($7 as bigint[]))
                as asked (owner_id, listing_id, sku_id, most, more, lines, now)
        ), found as (
            update cart
            set version = cart.version + 1, next_line_id = cart.next_line_id + 1, updated_at = asked.now
            from asked where cart.owner_id = asked.owner_id
            returning cart.*, asked.listing_id, asked.sku_id, asked.most, asked.more, asked.lines
        ), made as (
            insert into cart (owner_id, version, next_line_id, created_at, updated_at)
            select owner_id, 1, 1, now, now from asked where owner_id not in (select owner_id from found)
            on conflict (owner_id) do update
            set version = cart.version + 1, next_line_id = cart.next_line_id + 1, updated_at = excluded.updated_at
            returning *
        ), locked as (
            select * from found
            union all
            select made.*, asked.listing_id, asked.sku_id, asked.most, asked.more, asked.lines
            from made join asked on asked.owner_id = made.owner_id
        ), changed as (
            update cart_line as line set quantity = line.quantity + locked.more, updated_at = locked.updated_at
            from locked
            join listing on listing.id = locked.listing_id
            join sku on sku.id = locked.sku_id and sku.product_id = listing.product_id
            where line.owner_id = locked.owner_id and line.listing_id = locked.listing_id
                and line.sku_id = locked.sku_id
                and listing.shelf in (1, 3) and ", fits!("locked.most", "line.quantity + locked.more"), "
            returning line.*, ", of_cart!("locked"), "
        ), other as (
            select locked.*, coalesce((select version from cart where cart.owner_id = locked.owner_id), 0)
                = locked.version - 1 as is_current
            from locked where owner_id not in (select owner_id from changed)
        ), able as (
            ", can_add!(concat!("other.*, line.id as line_id, ", effective_price!(), " as price
            from other join listing on listing.id = other.listing_id"),
            "other.owner_id", "other.listing_id", "other.sku_id", "other.most", "other.more", "other.lines"), "
        ), added as (
            insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes,
                price_when_added, created_at, updated_at)
            select owner_id, listing_id, sku_id, next_line_id, more, true, '', price, updated_at, updated_at
            from able where is_current and line_id is null
            returning *
        )
        select owner_id, version, address, shipping_method, payment_method, cart_created_at, cart_updated_at,
            id, listing_id, sku_id, quantity, is_selected, notes, order_extra, price_when_added,
            created_at, updated_at, true
        from changed
        union all
        select other.owner_id, ", of_cart!("other"), ",
            added.id, added.listing_id, added.sku_id, added.quantity, added.is_selected, added.notes,
            added.order_extra, added.price_when_added, added.created_at, added.updated_at, other.is_current
        from other left join added on added.owner_id = other.owner_id");

    /// Adds `$4` pieces to a line, or makes the line.
    ADD_PIECES = concat!("insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes,
            price_when_added, created_at, updated_at)
        select $1, $2, sku.id, cart.next_line_id, $4, true, '', ", effective_price!(), ", $5, $5
        from cart join sku on sku.id = $3
        where cart.owner_id = $1
        on conflict (owner_id, listing_id, sku_id) do update
        set quantity = cart_line.quantity + excluded.quantity, updated_at = excluded.updated_at");

    /// The same with notes or a document of its own, which replace the line's.
    ADD = concat!("insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes,
            order_extra, price_when_added, created_at, updated_at)
        select $1, $2, sku.id, cart.next_line_id, $4, true, coalesce($5, ''), $6, ",
            effective_price!(), ", $7, $7
        from cart join sku on sku.id = $3
        where cart.owner_id = $1
        on conflict (owner_id, listing_id, sku_id) do update
        set quantity = cart_line.quantity + excluded.quantity,
            notes = coalesce($5, cart_line.notes),
            order_extra = coalesce($6, cart_line.order_extra),
            updated_at = excluded.updated_at");

    /// Adds what is missing to `$5` pieces in all; no row when nothing is, or when something is against it.
    RAISE = concat!("insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes,
            price_when_added, created_at, updated_at)
        select $1, listing.id, sku.id, cart.next_line_id, $5 - ", held!(), ", true, '', ",
            effective_price!(), ", $6, $6
        from cart
        join listing on listing.id = $2
        join sku on sku.id = $3 and sku.product_id = listing.product_id
        left join cart_line as line
            on line.owner_id = $1 and line.listing_id = $2 and line.sku_id = $3
        where cart.owner_id = $1 and listing.shelf in (1, 3)
            and $5 > ", held!(), "
            and ", fits!("$4", concat!("coalesce(line.quantity, 0) + $5 - ", held!())), "
            and (line.id is not null or (select count(*) from cart_line where owner_id = $1) < $7)
        on conflict (owner_id, listing_id, sku_id) do update
        set quantity = cart_line.quantity + excluded.quantity, updated_at = excluded.updated_at");

    /// Takes pieces from the first SKU's line, then from the others, newest first: `$4` pieces, or with
    /// `$6` as many as leave `$4`. With `$7` only the line of the SKU.
    TAKE = "update cart_line set quantity = line.remaining, updated_at = $5
        from (
            select sku_id, quantity,
                case when before + quantity <= amount then 0
                    when before < amount then before + quantity - amount
                    else quantity end as remaining
            from (
                select sku_id, quantity,
                    coalesce(cast(sum(quantity) over (
                        order by case when sku_id = $3 then 0 else 1 end, id desc
                        rows between unbounded preceding and 1 preceding) as bigint), 0) as before,
                    case when $6 then cast(sum(quantity) over () as bigint) - $4 else $4 end as amount
                from cart_line
                where owner_id = $1 and listing_id = $2 and (sku_id = $3 or not $7)
            ) as taken
        ) as line
        where cart_line.owner_id = $1 and cart_line.listing_id = $2 and cart_line.sku_id = line.sku_id
            and line.remaining < line.quantity";

    /// Removes lines that were taken down to nothing.
    SWEEP = "delete from cart_line where owner_id = $1 and listing_id = $2 and quantity = 0";

    /// One row when the owner holds just `$4` pieces of the listing (`$5`: of the SKU only).
    HOLDS = "select count(*) from cart_line
        where owner_id = $1 and listing_id = $2 and (sku_id = $3 or not $5) having cast(sum(quantity) as bigint) = $4";

    /// Sets `order_extra` of the lines of a listing (`$5`: of the SKU only).
    SET_EXTRA = "update cart_line set order_extra = $4, updated_at = $6
        where owner_id = $1 and listing_id = $2 and (sku_id = $3 or not $5)";

    /// One row when the owner holds any of the listing.
    HAS = "select 1 from cart_line where owner_id = $1 and listing_id = $2 limit 1";

    /// One row when the owner has the line.
    HAS_LINE = "select 1 from cart_line where owner_id = $1 and id = $2";

    /// Sets the quantity of a line; lowering always works, raising when nothing is against it.
    SET_LINE = concat!("update cart_line set quantity = $3, updated_at = $5
        where owner_id = $1 and id = $2 and (quantity >= $3 or exists (
            select 1 from listing
            join sku on sku.product_id = listing.product_id
            where listing.id = cart_line.listing_id and sku.id = cart_line.sku_id
                and listing.shelf in (1, 3) and ", fits!("$4", "$3"), "))");

    /// Sets the note of a line.
    SET_NOTES = "update cart_line set notes = $3, updated_at = $4 where owner_id = $1 and id = $2";

    /// Removes a line.
    REMOVE_LINE = "delete from cart_line where owner_id = $1 and id = $2";

    /// Removes the lines of SKUs, of one store or of all stores when `$3` is null.
    REMOVE_SKUS = remove_skus!(" in (select value from json_each($2))"),
        postgres: remove_skus!(" = any(array(select cast(value as bigint)
            from json_array_elements_text(cast($2 as json))))");

    /// Removes the lines of a listing.
    REMOVE_LISTING = "delete from cart_line where owner_id = $1 and listing_id = $2";

    /// Removes the lines of a store, or of all stores when `$2` is null.
    CLEAR = "delete from cart_line where owner_id = $1 and (cast($2 as bigint) is null
        or listing_id in (select id from listing where store_id = $2))";

    /// Selects or unselects the lines of a listing.
    SELECT_LISTING = "update cart_line set is_selected = $3, updated_at = $4
        where owner_id = $1 and listing_id = $2";

    /// Selects or unselects the lines of a store.
    SELECT_STORE = "update cart_line set is_selected = $3, updated_at = $4
        where owner_id = $1 and listing_id in (select id from listing where store_id = $2)";

    /// Sets the delivery address, a record of the client's own.
    SET_ADDRESS = "update cart set address = $2 where owner_id = $1";
    /// Sets the shipping method.
    SET_SHIPPING_METHOD = "update cart set shipping_method = $2 where owner_id = $1";
    /// Sets the payment method.
    SET_PAYMENT_METHOD = "update cart set payment_method = $2 where owner_id = $1";

    /// Puts a guest's line into the customer's cart, with the stock checked again.
    MERGE_LINE = "insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes,
            order_extra, price_when_added, created_at, updated_at)
        select $1, $2, sku.id, cart.next_line_id, $4, $5, $6, $7, $8, $9, $10
        from cart
        join sku on sku.id = $3
        left join cart_line as line
            on line.owner_id = $1 and line.listing_id = $2 and line.sku_id = $3
        where cart.owner_id = $1
            and (not sku.is_tracked or sku.may_oversell or coalesce(line.quantity, 0) + $4 <= sku.stock)
        on conflict (owner_id, listing_id, sku_id) do update
        set quantity = cart_line.quantity + excluded.quantity,
            notes = case when cart_line.notes = '' then excluded.notes else cart_line.notes end,
            order_extra = coalesce(cart_line.order_extra, excluded.order_extra),
            updated_at = excluded.updated_at";

    /// Gives the next merged line a number of its own.
    NEXT_LINE = "update cart set next_line_id = next_line_id + 1 where owner_id = $1";

    /// Removes a cart whose lines are gone, if it is still the one that was seen.
    DROP_CART = "delete from cart where owner_id = $1 and version = $2";

    /// What changes with every write of a cart, also when it was removed and made again. For many, also where their rows are.
    STAMP = "select version, created_at, updated_at from cart where owner_id = $1",
        together: "select owner_id, version, created_at, updated_at, ctid from cart
            where owner_id = any(cast($1 as bytea[]))";

    /// The same of a row at a TID, if it is still there; on SQLite nobody asks for that.
    STAMP_AT = "select version, created_at, updated_at from cart where owner_id = $1 and $2 is not null",
        postgres: "select version, created_at, updated_at from cart where owner_id = $1 and ctid = $2",
        together: "select owner_id, version, created_at, updated_at from cart
            where owner_id = any(cast($1 as bytea[])) and ctid = any(cast($2 as tid[]))";

    /// A cart with its lines in the order of the table; one row with nulls for a cart without lines.
    CART = cart!("", "line.owner_id = $1", "$1"),
        together: cart!("cart.owner_id, ", "line.owner_id = cart.owner_id", "any(cast($1 as bytea[]))");

    /// The same with one line only, or with none.
    CART_LINE = cart!("", "line.owner_id = $1 and line.listing_id = $2 and line.sku_id = $3", "$1");
}
