import { nodeError } from './errors.ts'

/** What the system says of a disk that takes no more, in words. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'no space is left on its disk'],
  ['EDQUOT', 'the quota of its disk is used up'],
  ['EROFS', 'its disk is read-only'],
  ['EIO', 'its disk fails'],
  ['EACCES', 'this user may not'],
  ['EPERM', 'this user may not'],
  ['EMFILE', 'this process has too many files open'],
  ['ENFILE', 'this machine has too many files open'],
])

/** The failure of an engine with a code: one of the system's own becomes `node.disk-failed`. */
export function withCode(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return error
  const reason = reasons.get(error.code)
  if (reason === undefined) return error
  const file = 'path' in error && typeof error.path === 'string' ? error.path : 'a file'
  return nodeError('disk-failed', { file, reason }, error)
}
