"""Random flips, turns and zooms of pictures are other ones in PyTorch."""

KERAS = """\
RandomFlip, RandomRotation and RandomZoom are layers of the model: at work in
training only, drawn for each picture, the edges filled by reflection. Pixels
are found in float32, and RandomRotation fails where floatx is float64
(keras/src/layers/preprocessing/image_preprocessing)."""

PYTORCH = """\
torchvision.transforms.v2 draws once for a whole batch, fills with a constant
and changes pictures in evaluation as well."""

FIX = """\
One matrix a picture, F.affine_grid, then F.grid_sample with
padding_mode="reflection" and align_corners=False, if self.training. Random
numbers are not shared: prove it with a range of a single value."""
