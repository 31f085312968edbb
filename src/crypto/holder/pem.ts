/** PEM (RFC 7468), strict: blocks and white space, nothing else. */

export type PemBlock = { readonly label: string; readonly der: Uint8Array }

const lineLength = 64

export function encodePem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der.buffer, der.byteOffset, der.length)
    .toString('base64')
    .replace(new RegExp(`.{${lineLength}}(?=.)`, 'g'), '$&\n')
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

/** The blocks of a file in order; undefined when anything else than blocks and white space is in it. */
export function decodePem(text: string): readonly PemBlock[] | undefined {
  const block = /\s*-----BEGIN ([A-Z0-9 ]+)-----\s*([A-Za-z0-9+/=\s]*?)\s*-----END \1-----\s*/y
  const blocks: PemBlock[] = []
  while (block.lastIndex < text.length) {
    const [, label, body] = block.exec(text) ?? []
    if (label === undefined || body === undefined) return undefined
    const der = decodeBase64(body.replace(/\s/g, ''))
    if (der === undefined) return undefined
    blocks.push({ label, der })
  }
  return blocks
}

/** Node's decoder skips what it does not understand: encoding again shows whether it understood all. */
function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
