#!/usr/bin/python3
"""The shop's backend: what there is, and what is sold, from the database."""

import os
from http import HTTPStatus

import psycopg2
from serving import serve

# A database that does not answer is one that is not reached.
_CONNECT_SECONDS = 2


def answer(method, path):
    try:
        return HTTPStatus.OK, _asked(method, path)
    except psycopg2.Error as error:
        return HTTPStatus.SERVICE_UNAVAILABLE, f"the database is not reached: {error}"


def _asked(method, path):
    connection = psycopg2.connect(
        host=os.environ["DATABASE_HOST"],
        user="shop",
        password=os.environ["DATABASE_PASSWORD"],
        dbname="postgres",
        connect_timeout=_CONNECT_SECONDS,
    )
    try:
        with connection, connection.cursor() as cursor:
            if method == "POST":
                name = path.rpartition("/")[2]
                cursor.execute("update products set stock = stock - 1 where name = %s", (name,))
            cursor.execute("select name, stock from products order by name")
            return "".join(f"{name}: {stock}\n" for name, stock in cursor)
    finally:
        connection.close()


if __name__ == "__main__":
    serve(answer)
