"""Networks that come with trained weights: one file per network, weights in ``datasets/weights``.

- ``efficientnet_lite``: ImageNet classifier and detection backbone (Lectures 05, 10, 12, 15).
- ``squeezenet``: feature maps for style transfer (Lecture 17).
- ``style``: a feed-forward style net, 26 styles (Lecture 17).
- ``face``: MTCNN, faces and five keypoints (Lectures 07, 08, 16).
- ``pose``: BlazePose, 33 body keypoints (Lecture 16).
- ``weights``, ``images``, ``sampling``: reading checked weights; photographs on their way in.
"""
