"""What a training run recorded, and what it needs to go on."""


class History:
    """The losses of a run, epoch by epoch."""

    def state(self):
        """Return in words how far the training went."""
        return "not trained"

    def packed(self):
        return {}, {}

    @classmethod
    def unpacked(cls, header, arrays):
        return cls()
