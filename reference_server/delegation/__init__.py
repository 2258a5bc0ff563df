"""Credentials for the far side handed over by the requester: GridSite delegation, OIDC exchange."""
