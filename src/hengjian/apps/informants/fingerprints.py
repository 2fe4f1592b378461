"""Keyed digests of identities: the same informant is found again, and nobody is opened for it."""

from __future__ import annotations

import hashlib
import hmac

from django.db.models import QuerySet

from hengjian.apps.informants.identity import Identity, normal, normal_phone
from hengjian.apps.informants.keyfile import Vault
from hengjian.apps.informants.models import Fingerprint, Informant


def digests_of(identity: Identity, vault: Vault) -> dict[str, str]:
    """The digest of each value that tells one person from others; a bare name tells nothing and makes none."""
    named = {
        "id_no": normal(identity.id_no),
        "phone": normal_phone(identity.phone),
        "email": identity.email.strip().casefold(),
        "name_address": normal(identity.name + "|" + identity.address) if identity.name and identity.address else "",
    }
    return {
        kind: hmac.new(vault.finger, f"{kind}|{value}".encode(), hashlib.sha256).hexdigest()
        for kind, value in named.items()
        if value
    }


def note_fingerprints(informant: Informant, identity: Identity, vault: Vault) -> None:
    """Store the informant's fingerprints, in place of those stored before."""
    informant.fingerprints.all().delete()
    Fingerprint.objects.bulk_create(
        Fingerprint(informant=informant, kind=kind, digest=digest)
        for kind, digest in digests_of(identity, vault).items()
    )


def same_person(informant: Informant) -> QuerySet[Informant]:
    """The other informants who share an identity number, telephone, e-mail or name with address. One query."""
    mine = informant.fingerprints.values_list("kind", "digest")
    found: set[int] = set()
    for kind, digest in mine:
        found.update(Fingerprint.objects.filter(kind=kind, digest=digest).values_list("informant_id", flat=True))
    return Informant.objects.filter(pk__in=found - {informant.pk})
