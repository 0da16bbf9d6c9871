"""Runs scim2-tester, every tag, against the bridge and prints its results as JSON.

Standard input: {"base": the SCIM root, "token": its bearer token, "values": {...}}.
values has, by attribute, what the suite must send instead of a random text for the
request to be one that a Salesforce org can fulfil; "{}" in it stands for the random text.
"""

import json
import random
import sys

import scim2_tester.checkers.patch_add
import scim2_tester.checkers.patch_replace
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server
from scim2_tester import filling
from scim2_tester.utils import get_registered_tags

told = json.load(sys.stdin)
random_value = filling.generate_random_value


def possible(value, attribute):
    """Replace in a random value what no Salesforce org could hold."""
    if isinstance(value, list):
        return [possible(element, attribute) for element in value]
    if isinstance(value, (str, bool)):
        for name, form in told["values"].items():
            if attribute.lower().replace(":", ".").endswith(name.lower()):
                if isinstance(value, bool):
                    return form["use"] == "true"
                # The suite has random texts, but no random numbers for decimals.
                if form.get("number"):
                    return float(form["use"])
                # Without a form there is no value: the suite leaves the attribute out.
                return form["use"].replace("{}", value)[: form.get("most", 1000)] or None
    return value


def generate(context, path, mutability=None, required=None):
    # A path within a complex value is relative to it: "value" of a model named Roles.
    binding = path.resolve()
    model = binding.target_model.__name__ if binding and binding.target_model else ""
    return possible(random_value(context, path, mutability, required), f"{model}.{path}")


for module in (filling, scim2_tester.checkers.patch_add, scim2_tester.checkers.patch_replace):
    module.generate_random_value = generate

# What the suite finds must not depend on chance.
random.seed(1)
client = Client(base_url=told["base"], headers={"Authorization": "Bearer " + told["token"]}, timeout=60)
results = check_server(SyncSCIMClient(client), include_tags=get_registered_tags())
json.dump(
    [
        {"status": r.status.name, "check": r.title, "resource": r.resource_type or "", "reason": str(r.reason or "")}
        for r in results
    ],
    sys.stdout,
)
