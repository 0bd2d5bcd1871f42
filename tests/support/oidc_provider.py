"""A real OpenID Connect provider in a process of its own: discovery, keys, codes with PKCE, tokens signed with RS256.

It signs everybody in at once, as whom a test says (`POST /control`), and can be told to lie.
"""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.ports import free_port

CLIENT = "telusur"
SECRET = "of-the-client"  # noqa: S105 - of a provider that lives for a test
ROOT = Path(__file__).resolve().parent.parent.parent
START_S = 60


def plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(header: dict[str, str], claims: dict[str, Any]) -> str:
    return ".".join(plain(json.dumps(part).encode()) for part in (header, claims))


class Acting:
    """subject, claims: of whoever signs in. lie: what is wrong with the next answers, "" for nothing."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.subject = "nobody"
        self.claims: dict[str, Any] = {}
        self.lie = ""
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.strange = RSAKey.generate_key(2048, {"kid": "one"})
        self.codes: dict[str, dict[str, str]] = {}
        self.jwks_asked = 0

    def document(self, request: Request) -> Response:
        named = "https://other.example" if self.lie == "document" else self.issuer
        return JSONResponse(
            {
                "issuer": named,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/end",
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def jwks(self, request: Request) -> Response:
        self.jwks_asked += 1
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if (
            asked.get("client_id") != CLIENT
            or asked.get("code_challenge_method") != "S256"
            or "openid" not in asked["scope"]
        ):
            return Response(status_code=400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        params = {"code": code, "state": asked["state"]}
        if self.lie == "iss":
            params["iss"] = "https://other.example"
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(params)}", 303)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form.get("code")), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        challenge = plain(hashlib.sha256(str(form.get("code_verifier")).encode()).digest())
        if (
            asked is None
            or form.get("grant_type") != "authorization_code"
            or asked["redirect_uri"] != form.get("redirect_uri")
            or asked["code_challenge"] != challenge
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])})

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.claims,
        }
        header = {"alg": "RS256", "kid": str(self.key.kid)}
        match self.lie:
            case "nonce":
                claims["nonce"] = "of another"
            case "no nonce":
                del claims["nonce"]
            case "audience":
                claims["aud"] = "another-client"
            case "party":
                claims["aud"] = [CLIENT, "another-client"]
            case "azp":
                claims["azp"] = "another-client"
            case "expired":
                claims["exp"] = now - 120
            case "endless":
                del claims["exp"]
            case "future":
                claims["iat"] = now + 600
            case "issuer":
                claims["iss"] = "https://other.example"
            case "no subject":
                claims["sub"] = ""
            case "none":
                return f"{unsigned({'alg': 'none'}, claims)}."
            case "hs256":  # the public key taken for a shared secret
                signed = unsigned({**header, "alg": "HS256"}, claims)
                public = self.key.as_pem(private=False)
                return f"{signed}.{plain(hmac.digest(public, signed.encode(), hashlib.sha256))}"
            case "strange key":
                return jwt.encode(header, claims, self.strange)
            case "changed":
                head, body, seal = jwt.encode(header, claims, self.key).split(".")
                body = plain(json.dumps({**claims, "sub": "the-admin"}).encode())
                return f"{head}.{body}.{seal}"
            case "no token":
                return ""
        return jwt.encode(header, claims, self.key)

    async def control(self, request: Request) -> Response:
        wanted = await request.json()
        self.subject, self.claims, self.lie = wanted["subject"], wanted["claims"], wanted["lie"]
        if wanted["new_key"]:
            self.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})
        return JSONResponse({"jwks_asked": self.jwks_asked})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.document),
                Route("/jwks", self.jwks),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/control", self.control, methods=["POST"]),
            ]
        )


class Remote:
    """The provider as tests see it."""

    def __init__(self, address: str) -> None:
        self.address = address

    def acts_as(
        self, subject: str, lie: str = "", *, new_key: bool = False, claims: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        body = json.dumps({"subject": subject, "lie": lie, "claims": claims or {}, "new_key": new_key}).encode()
        with urllib.request.urlopen(f"{self.address}/control", body, timeout=10) as answer:  # noqa: S310 - ours
            found: dict[str, Any] = json.loads(answer.read())
        return found


@contextmanager
def running_provider() -> Iterator[Remote]:
    """A provider in a process of its own; it ends with the block."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.support.oidc_provider", str(port)], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + START_S
        while True:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the provider did not start")
            try:
                urllib.request.urlopen(f"{address}/jwks", timeout=5).close()  # noqa: S310 - ours
                break
            except OSError:
                time.sleep(0.05)
        yield Remote(address)
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    chosen = int(sys.argv[1])
    uvicorn.run(Acting(f"http://127.0.0.1:{chosen}").app(), host="127.0.0.1", port=chosen, log_level="warning")
