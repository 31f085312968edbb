/** A rule says no, with the code that the catalogue has for it. */
export class Refusal extends Error {
  readonly code: string
  constructor(code: string) {
    super(`refused with ${code}`)
    this.code = code
  }
}

export function refuse(code: string): never {
  throw new Refusal(code)
}
