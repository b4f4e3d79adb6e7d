-- Lines are changed in place: with room on its page a line stays there, and no index has to hear of it.
alter table cart_line set (fillfactor = 85); -- postgresql
