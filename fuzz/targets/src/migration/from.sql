CREATE TYPE mood AS ENUM ('sad', 'ok');

CREATE TABLE people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text,
    mood mood NOT NULL DEFAULT 'ok',
    age int CHECK (age > 0),
    note varchar(20)
);

CREATE TABLE pets (
    id int PRIMARY KEY,
    owner bigint REFERENCES people
);
