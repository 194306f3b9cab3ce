"""Export and import formats: COCO, YOLO and Pascal VOC for photos, CSV for forms, CoNLL and CSV for entities, CSV for
documents, our own JSONL for all, and lists of photos.

Each format speaks of boxes and outlines, or of questions, or of spans, so unlike the rest of core this package knows
the kinds; ``jsonl`` alone holds answers of any.
"""
