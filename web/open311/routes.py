"""All of the Open311 server. Its document is the standard's, so that ours does not repeat it."""

from fastapi import APIRouter

from web.open311 import filing, requests, services
from web.open311.answers import PREFIX

router = APIRouter(prefix=PREFIX, include_in_schema=False)
for part in (services, requests, filing):
    router.include_router(part.router)
