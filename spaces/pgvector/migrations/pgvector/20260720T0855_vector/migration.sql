-- migration: vector
-- from: empty   to: 8f7f68f5b9472b6dc885654ae71e02ce3da791262dc6155fd902fe84d49b76a1

CREATE EXTENSION vector;
