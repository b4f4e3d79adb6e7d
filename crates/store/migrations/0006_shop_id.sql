-- Which shop this is, told to the place of its files as well: one row, drawn by the first server.

create table shop (
    id text not null primary key
);
