"""Plane geometry of marks on images: how alike two shapes are, which belong together, and what they agree on.

    arrays      the array types used throughout
    boxes       overlap of upright and turned boxes, all pairs at once
    regions     polygons with holes: area, overlap, containment, clipping
    curves      polylines and points
    matching    pairing two sets, grouping many
    medians     weighted medians and their robust refinement
    fusion      one box, polyline or point out of several
    contours    one polygon out of several

Coordinates are pixels, x right, y down. Nothing here knows labels, workers or answers.
"""
