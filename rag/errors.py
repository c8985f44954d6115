"""The errors of Footnote.

    RagError                       2  anything this package raises on purpose
    ├── SettingsError              2  an unknown key, a value out of range
    ├── InputError                 2  a question, file or argument that cannot be used
    │   └── NothingIndexedError    2  not one document could be read; holds why
    ├── LoadError                  2  a document that cannot be read; names the reason
    │   ├── UnsupportedFormatError 2  no loader for this type of file
    │   ├── EncryptedError         2  a password is needed
    │   ├── DamagedError           2  the file does not follow its format
    │   ├── EmptyError             2  no text in it
    │   ├── ScannedError           2  pages are pictures; there is no text layer
    │   ├── TooLargeError          2  over the size limit
    │   └── ParserLimitError       2  the parser ran out of its time or memory
    ├── ModelError                 2  model files are missing, changed or unusable
    ├── ClusterError               2  no cluster, or its nodes cannot do the work
    └── StoreError                 2  something about the index on disk
        ├── IndexMissingError      2  there is no index where one was expected
        ├── IndexMismatchError     2  the index was made with other settings
        ├── IndexDamagedError      2  a file of the index is missing or changed; named
        └── IndexLockedError       2  another process is writing

The number is the exit code of the command line. Exit code 3 (not found in the documents) and 1
(verification failed) are results, not errors.

Every message says what was expected, what was seen and what to do.
"""

from __future__ import annotations


class RagError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_code = 2


class SettingsError(RagError):
    """A setting is unknown or its value is out of range."""


class InputError(RagError):
    """A question, file or argument that cannot be used."""


class NothingIndexedError(InputError):
    """Not one document could be read, so nothing was published.

    ``reasons`` maps the name of each file to what is wrong with it.
    """

    def __init__(self, message: str, reasons: dict[str, str]) -> None:
        super().__init__(message)
        self.reasons = reasons


class LoadError(RagError):
    """A document cannot be read. ``reason`` is the short form that reports show."""

    reason = "unreadable"


class UnsupportedFormatError(LoadError):
    """There is no loader for this type of file."""

    reason = "unsupported format"


class EncryptedError(LoadError):
    """The file needs a password."""

    reason = "encrypted"


class DamagedError(LoadError):
    """The file does not follow its format."""

    reason = "damaged"


class EmptyError(LoadError):
    """The file holds no text."""

    reason = "empty"


class ScannedError(LoadError):
    """The pages are pictures without a text layer."""

    reason = "scanned, no text layer"


class TooLargeError(LoadError):
    """The file is over the size limit."""

    reason = "too large"


class ParserLimitError(LoadError):
    """The parser used up its time or memory, or died."""

    reason = "parser limit"


class ModelError(RagError):
    """Model files are missing, changed or unusable."""


class ClusterError(RagError):
    """There is no cluster at the address, or its nodes cannot do the work."""


class StoreError(RagError):
    """Base of the errors about an index on disk."""


class IndexMissingError(StoreError):
    """There is no index where one was expected."""


class IndexMismatchError(StoreError):
    """The index was made with other settings than those in force."""


class IndexDamagedError(StoreError):
    """A file of the index is missing or changed; the message names it."""


class IndexLockedError(StoreError):
    """Another process is writing to the index; the message names its process id."""
