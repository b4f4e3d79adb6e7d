-- What operators need: tokens of guests that have ended are swept, those of customers stay.

drop index token_expiry;
create index token_guest_expiry on token (expires_at) where account_id is null;
