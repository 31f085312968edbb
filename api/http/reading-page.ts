/** The reading page of the API at `/docs`: everything that it loads comes from this node. */
import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui'

const wordmark = `<svg xmlns="http://www.w3.org/2000/svg" width="220" height="40" role="img" aria-label="Commonroot">
<g fill="none" stroke="#fff" stroke-width="3"><path d="M20 36V20M20 22L8 10M20 22L32 10M20 20V6"/></g>
<text x="44" y="28" fill="#fff" font-family="system-ui,sans-serif" font-size="24" font-weight="600">Commonroot</text></svg>`

export const readingPage: FastifySwaggerUiOptions = {
  routePrefix: '/docs',
  theme: { title: 'Commonroot API' },
  logo: { type: 'image/svg+xml', content: wordmark, href: '/docs', target: '_self' },
  uiConfig: { validatorUrl: null, deepLinking: true },
  // Not the usual policy: that one sends browsers to https, where a node in a plant's own network has nothing.
  staticCSP: {
    'default-src': "'self'",
    'img-src': ["'self'", 'data:'],
    'style-src': ["'self'", "'unsafe-inline'"],
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    'object-src': "'none'",
  },
}
