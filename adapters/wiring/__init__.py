"""How the parts are put together to what runs: the deployment, the HTTP application over it, the background work, the test clock."""
