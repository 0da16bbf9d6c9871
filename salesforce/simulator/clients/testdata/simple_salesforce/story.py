"""story runs named steps one after the other and prints what each came to, as one JSON object. The world comes as JSON on
standard input; lever pulls what no client can reach."""
import json
import sys
import urllib.request

from simple_salesforce.exceptions import SalesforceError

world = json.load(sys.stdin)
_steps = []


def step(name):
    """Marks a function as the step of that name."""
    def mark(function):
        _steps.append((name, function))
        return function
    return mark


def lever(name, body=''):
    with urllib.request.urlopen(f"{world['levers']}/{name}", body.encode()) as answer:
        return answer.read().decode()


def tell():
    told = {}
    for name, function in _steps:
        try:
            told[name] = function()
        except SalesforceError as e:
            told[name] = {'thrown': type(e).__name__, 'status': e.status, 'content': _readable(e.content)}
        except Exception as e:  # a step that fails otherwise is told like any other
            told[name] = {'thrown': type(e).__name__, 'message': str(e)}
    json.dump(told, sys.stdout)


def _readable(content):
    if isinstance(content, bytes):
        content = content.decode()
    return 'a page' if isinstance(content, str) and content.startswith('<html>') else content
