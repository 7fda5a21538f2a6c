create table products (name text primary key, stock integer not null check (stock >= 0));
insert into products values ('anchor', 12), ('buoy', 40), ('rope', 100);
