/** Which methods a path has: the router answers only whether a path and a method go together. */

export class Paths {
  readonly #known: readonly { readonly method: string; readonly segments: readonly string[] }[]

  /** Paths with parameters as `:name`. */
  constructor(routes: readonly { readonly method: string; readonly path: string }[]) {
    this.#known = routes.map(({ method, path }) => ({ method, segments: path.split('/') }))
  }

  /** In the form of an Allow header (RFC 9110 section 10.2.1); none for an unknown path. */
  methodsAt(path: string): readonly string[] {
    const segments = path.split('/')
    const methods = this.#known.filter((known) => fits(known.segments, segments)).map(({ method }) => method)
    return methods.includes('GET') ? ['HEAD', ...methods] : methods
  }
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]))
  )
}
