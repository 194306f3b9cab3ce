"""Says what it is told to with the AWS CLI: a line of JSON in, [operation, input], and a line of JSON out.

One process for many commands, as each start of the CLI takes a second.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys

from awscli.clidriver import create_clidriver  # type: ignore[import-not-found]
from botocore import xform_name

driver = create_clidriver()

for line in sys.stdin:
    operation, given = json.loads(line)
    command = ["mturk", xform_name(operation, "-"), "--cli-input-json", json.dumps(given)]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = driver.main([*command, "--output", "json", "--no-paginate"])
    found = re.search(r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)", err.getvalue(), re.DOTALL)
    if status == 0:
        said = {"answer": json.loads(out.getvalue() or "{}")}
    elif found is not None:
        said = {"kind": found[1], "message": found[2].strip()}
    else:
        said = {"kind": "not sent", "message": err.getvalue()}
    print(json.dumps(said), flush=True)
