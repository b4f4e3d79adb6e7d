-- How the tables of a shop are spread over the nodes of Citus, one statement a line: `cartwright migrate --citus` runs what
-- was not run yet.

-- The catalogue, accounts and counters are small and read by all: on every node whole, each behind what it refers to.
select create_reference_table('counter');
select create_reference_table('change_log');
select create_reference_table('shop');
select create_reference_table('secret');
select create_reference_table('throttle');
select create_reference_table('store');
select create_reference_table('category');
select create_reference_table('brand');
select create_reference_table('label');
select create_reference_table('material');
select create_reference_table('asset');
select create_reference_table('product');
select create_reference_table('product_label');
select create_reference_table('sku');
select create_reference_table('picture');
select create_reference_table('listing');
select create_reference_table('shelf_count');
select create_reference_table('shelf_span');
select create_reference_table('like_count');
select create_reference_table('account');
select create_reference_table('audit');

-- What a shopper owns: on one node all of it.
select create_distributed_table('cart', 'owner_id', colocate_with => 'none');
select create_distributed_table('cart_line', 'owner_id', colocate_with => 'cart');
select create_distributed_table('idempotency', 'owner_id', colocate_with => 'cart');
select create_distributed_table('wishlist', 'owner_id', colocate_with => 'cart');
select create_distributed_table('userlike', 'owner_id', colocate_with => 'cart');

-- Credentials are looked up by their hash, before anybody knows whose they are.
select create_distributed_table('token', 'hash', colocate_with => 'none');
select create_distributed_table('one_time_code', 'session_hash', colocate_with => 'token');
