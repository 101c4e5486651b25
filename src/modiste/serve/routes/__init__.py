"""The routes, one module a resource; they hold no logic."""
