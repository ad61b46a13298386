"""Rigid transforms, grids, signed distance fields and meshes, all in millimetres of the patient."""
