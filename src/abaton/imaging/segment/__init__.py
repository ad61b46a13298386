"""Labels on scans: made, edited, compared and exported."""
