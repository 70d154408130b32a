"""Clients of other people against the simulated exchange.

run.py PORT CA CLIENT…          runs them; fails where one fails, docs/CLIENTS.md says something else, or an
                                operation there is done by fewer than two clients
run.py PORT CA CLIENT… --write  writes their columns into docs/CLIENTS.md instead
run.py --table                  prints the table as it stands there
"""
import importlib
import os
import pathlib
import sys

DOCUMENT = pathlib.Path(__file__).parents[3] / "docs" / "CLIENTS.md"
BEGIN, END = "<!-- operations: begin -->", "<!-- operations: end -->"
# Column title to module, in the order of the table.
CLIENTS = {
    "python-okx": "python_okx", "ccxt": "ccxt_rest", "ccxt.pro": "ccxt_pro", "okx-sdk": "okx_sdk",
    "okx": "okx_pyted", "python-okx-async": "okx_async_rest", "nautilus_trader": "nautilus"}


def read():
    """Operation to the clients that do it, as the document has it."""
    text = DOCUMENT.read_text()
    lines = [line for line in text.partition(BEGIN)[2].partition(END)[0].splitlines() if "|" in line]
    if not lines:
        return {}
    titles = [cell.strip() for cell in lines[0].split("|")[2:-1]]
    table = {}
    for line in lines[2:]:
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        table[cells[0].strip("`")] = {t for t, cell in zip(titles, cells[1:]) if cell == "yes"}
    return table


def rendered(table):
    from operations import GROUPS
    lines = ["| operation | " + " | ".join(CLIENTS) + " |", "|---" * (len(CLIENTS) + 1) + "|"]
    for group, names in GROUPS.items():
        lines.append(f"| **{group}** |" + " |" * len(CLIENTS))
        for name in names:
            cells = ["yes" if client in table.get(name, set()) else "" for client in CLIENTS]
            lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(table):
    text = DOCUMENT.read_text()
    head, tail = text.partition(BEGIN)[0], text.partition(END)[2]
    DOCUMENT.write_text(head + BEGIN + "\n" + rendered(table) + "\n" + END + tail)


def main(arguments):
    if arguments == ["--table"]:
        print(DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0].strip())
        return 0
    is_writing = "--write" in arguments
    port, ca, *clients = [word for word in arguments if word != "--write"]
    # Every client's own TLS reads this, or is told of the file by its settings.
    os.environ["SSL_CERT_FILE"] = ca
    from operations import NAMES, Place
    faults = []
    table = read()
    if not is_writing:
        faults += [f"{name}: fewer than two clients do it" for name in NAMES if len(table.get(name, ())) < 2]
    for client in clients:
        run = importlib.import_module(CLIENTS[client]).run(Place(port, ca))
        done = set(run.report())
        faults += [f"{client}: {name}" for name in run.failed]
        told = {name for name, who in table.items() if client in who}
        if is_writing:
            for name in NAMES:
                (table.setdefault(name, set()).add if name in done
                 else table.setdefault(name, set()).discard)(client)
        elif told != done:
            faults.append(
                f"{client}: docs/CLIENTS.md says {sorted(told - done)} that did not run and lacks "
                f"{sorted(done - told)}; run make peers and commit the table")
        print(f"{client}: {len(done)} operations of {len(NAMES)}")
    if is_writing:
        write(table)
    for fault in faults:
        print("FAILED", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
