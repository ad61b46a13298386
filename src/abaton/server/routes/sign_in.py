"""Signing in and out, and the account that is signed in."""

from fastapi import APIRouter, HTTPException, Response

from abaton.server.access import AnyCaller, Anyone
from abaton.server.models.account import Me, PasswordChange, SignIn

router = APIRouter(prefix="/api", tags=["sign-in"])


@router.post("/sign-in", operation_id="sign_in", dependencies=[Anyone])
async def sign_in(body: SignIn, response: Response) -> Me:
    """Check the password and set the session's cookie."""
    raise HTTPException(501)


@router.post("/sign-out", operation_id="sign_out", status_code=204)
async def sign_out(caller: AnyCaller, response: Response) -> None:
    """End this sign-in."""
    raise HTTPException(501)


@router.get("/me", operation_id="get_me")
async def get_me(caller: AnyCaller) -> Me:
    """Who is signed in, and the token that unsafe requests must carry."""
    raise HTTPException(501)


@router.put("/me/password", operation_id="change_password", status_code=204)
async def change_password(body: PasswordChange, caller: AnyCaller) -> None:
    """Set a new password; every other sign-in of the account ends."""
    raise HTTPException(501)
