"""Outside identity -> internal principal: candidates, match lines, the most specific one, templates."""
