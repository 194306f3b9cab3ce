"""Export and import formats for image projects: COCO, YOLO, Pascal VOC, our own JSONL, and lists of photos; and forms as CSV.

Marks with a label, boxes and outlines are what these formats speak of, so unlike the rest of core this package
knows one kind, images; ``jsonl`` alone holds answers of any kind.
"""
