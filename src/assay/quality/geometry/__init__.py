"""Plane geometry of marks on images: how alike two shapes are, which belong together, and what they agree on.

For one photo at a time, and cheap to load:

    arrays      the array types used throughout
    boxes       overlap of upright and turned boxes, all pairs at once
    regions     polygons with holes: area, overlap, containment, clipping
    curves      polylines and points
    spans       passages of a text, or of time
    matching    pairing two sets, grouping many
    medians     weighted medians and their robust refinement
    fusion      one box, polyline or point out of several
    contours    one polygon out of several

For whole data sets on flat arrays, compiled, so that importing them loads Numba (nothing that a server imports may):

    consensus       everybody's boxes, turned boxes and cuboids made objects, with votes and confidences
    objects, marks  what comes out of merging, and what goes in
    annotators      how well each annotator's marks fit the objects
    polygons        overlap and merging of polygons
    keypoints       similarity and merging of skeletons, and annotators' habits
    cuboids, turned overlap in space, on the ground, and of turned boxes
    weighted_boxes  scored boxes of several models made one set
    masks           votes on pixels, and STAPLE
    mask_patterns   what voters say of each pixel, equal pixels counted once
    runs            masks as run lengths, and COCO's text of them
    bulk_fusion     one shape out of several, for many objects at once
    *_kernels       the compiled loops

Coordinates are pixels, x right, y down, but for cuboids, which have metres and an upright z axis. Nothing here knows
workers or answers; labels are numbers.
"""
