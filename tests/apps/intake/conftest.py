"""An organ tree, an analyst signed in, a lake of the test's own, and the way from an upload to its dry run."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hengjian.apps.accounts.models import Role
from hengjian.apps.intake.models import Submission
from tests.apps.factories import make_tree, make_user

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def storage_of_its_own(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.UPLOADS_ROOT = tmp_path / "uploads"
    settings.DEMO = True


@pytest.fixture
def tree(db):
    return make_tree()


@pytest.fixture
def analyst(tree):
    return make_user(tree.county, Role.ANALYST, name="林知微")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def client(analyst) -> Client:
    return signed_in(analyst)


@pytest.fixture
def post(client, django_capture_on_commit_callbacks):
    """Posts with the background work done at once, as the worker would."""

    def send(url: str, data: dict, by: Client | None = None):
        with django_capture_on_commit_callbacks(execute=True):
            return (by or client).post(url, data)

    return send


@pytest.fixture
def hand_in(post, tree):
    """Hand a file in over the page; gives the submission as it stands afterwards."""

    def send(
        name: str, content: bytes, *, sender: str = "青石县食品抽检", by: Client | None = None, **more
    ) -> Submission:
        data = {"file": SimpleUploadedFile(name, content), "sender": sender, "organ": tree.county.pk, **more}
        answer = post("/intake/new/", data, by)
        assert answer.status_code == 302, answer.content.decode()[:4000]
        return Submission.objects.get(number=answer["Location"].rstrip("/").rsplit("/", 1)[1])

    return send
