"""What a real browser's policy refuses while somebody walks: whole walks are held to nothing."""

from playwright.async_api import BrowserContext

LISTEN = """
addEventListener("securitypolicyviolation", (event) =>
  policyViolated(`${event.violatedDirective} ${event.blockedURI} at ${event.documentURI}`));
"""
"""An init script is no part of a page, and no policy holds it."""


async def watch(context: BrowserContext) -> list[str]:
    """What the policy of any page of this context refused from now on; it grows by itself."""
    heard: list[str] = []

    def hear(told: str) -> None:  # playwright marks what it is given; a method takes no mark
        heard.append(told)

    await context.expose_function("policyViolated", hear)
    await context.add_init_script(LISTEN)
    context.on(
        "console",
        lambda message: heard.append(message.text) if "Content Security" in message.text else None,
    )
    return heard
