"""The errors of the house: one small tree, drawn here.

    KangbianError
    ├── UnusableInput     a file or a text that cannot be read, parsed or stored
    ├── NotFound          a citation, a document or a workspace that is not held
    ├── IndexMismatch     stored passages were indexed by another model or version
    └── ServiceFailure    a disk or a server that does not answer as it should

Every message says, in Chinese, what happened, to which file or field, and what to do about it.
"""


class KangbianError(Exception):
    """Any failure that a user can understand and act upon.

    >>> str(NotFound("没有收录《甲法》。请先用 kangbian ingest 导入。"))
    '没有收录《甲法》。请先用 kangbian ingest 导入。'
    """


class UnusableInput(KangbianError):
    """A file, a field or a text that cannot be used as it is."""


class NotFound(KangbianError):
    """What was asked for is not held."""


class IndexMismatch(KangbianError):
    """Stored passages belong to another embedding model or index version; the message names the command."""


class ServiceFailure(KangbianError):
    """A disk, a lock or a server failed; what was stored before is still there."""
