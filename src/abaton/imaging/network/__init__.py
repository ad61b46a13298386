"""Scans over the network: asked for by DICOMweb, or sent to us by C-STORE. Nothing listens unless it is told to."""
