"""What a vector is."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]  # shape (dimensions,), unit length
Matrix: TypeAlias = NDArray[np.float32]  # shape (passages, dimensions), rows of unit length
