"""`assay reseal`: another master key for stored secrets."""

from __future__ import annotations

from typing import Any

from assay.cli.shell import REFUSED, HomeOption, JsonOption, Stop, out, perform, show


def reseal(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Changes the key that encrypts stored secrets (those that sign webhooks, callbacks and requests).

    Makes a new key, encrypts every secret with it, and only then drops the old keys; interrupted, it can be run again.
    Stop every server of this database first: one that runs knows only the old key.

    Examples:

        assay reseal
        assay reseal --json
    """
    from assay.adapters.sealing import add_key, drop_old_keys
    from assay.app import opened, seals_file
    from assay.cli.home import entered, server_url, settings_for
    from assay.services import callback_keys, delivery, notices, signing_keys

    async def work() -> dict[str, Any]:
        settings = settings_for(home)
        if (url := await server_url(settings.home)) is not None:
            raise Stop(REFUSED, f"The server at {url} knows only the old key. Stop it first.", kind="conflict")
        file = seals_file(settings)
        if file.exists():
            add_key(file)
        count = modes = keys = queues = 0
        async with opened(settings) as inside:
            for organization_id in await inside.database.tenants():
                async with entered(inside.house, organization_id) as context:
                    count += await delivery.reseal(context, inside.house.seals)
                    modes += await callback_keys.reseal(context, inside.house.seals)
                    keys += await signing_keys.reseal(context, inside.house.seals)
                    queues += await notices.reseal(context, inside.house.seals)
        done = {"webhooks": count, "callback_keys": modes, "signing_keys": keys, "queue_credentials": queues}
        return {**done, "keys_dropped": drop_old_keys(file), "file": str(file)}

    done = perform(work(), as_json=as_json)
    show(done, as_json=as_json, text=lambda: _print(done))


_SEALED = ("webhooks", "callback_keys", "signing_keys", "queue_credentials")


def _print(done: dict[str, Any]) -> None:
    kept = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in done.items() if name in _SEALED)
    out.print(f"{done['file']} has a new key; the secrets of {kept} are sealed with it.", markup=False)
    out.print("Back it up apart from the database. Older backups of the database need the key file of their time.")
