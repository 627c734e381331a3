import json


def greet(name):
    return json.dumps({"hello": name})


def bill(article):
    import host  # the C program's
    return f"{article}: {float(host.price(article)):.2f}\n"
