"""From files to certified volumes: sources, series, pixels, geometry."""
