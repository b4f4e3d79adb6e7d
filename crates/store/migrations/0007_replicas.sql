-- What all servers of a shop share.

-- When all attempts of somebody are earned back. The key is a hash; a row whose time has passed says nothing.
create table throttle (
    key bytea not null primary key,
    full_at bigint not null
); -- clustered
create index throttle_full_at on throttle (full_at);

-- Keys that seal what is handed to clients, each drawn by the first server.
create table secret (
    name text not null primary key,
    value bytea not null
); -- clustered
