"""The main job, told step by step: five kinds of identity exchanged, and the refusals that matter."""
