import { z } from 'zod'
import {
  celText,
  expression,
  imageReference,
  matches,
  notServed,
  openObject,
  pullSecrets,
  ruled,
  text,
} from '../kubernetes-schema.ts'

const HOST_LABEL = '[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?'
/** A last label that begins with a letter leaves out every way to write an IP address. */
const HOST = `(${HOST_LABEL}[.])+[a-zA-Z]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?`
/** Printable ASCII without quotes and the backslash. */
const URL_TEXT = '[!#-&(-\\[\\]-_a-~]*'
const PUBLIC_URL = `^https?://${HOST}(:[0-9]{1,5})?([/?#]${URL_TEXT})?$`
const INSIDE = '^[^/]*//[^/?#]*[.](?i:localhost|local|internal|svc)([:/?#]|$)'
const isInside = expression(INSIDE)

const DATA_NAME = '^[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?$'

/** Whoever may create a Workspace must not reach through it what only the cluster can reach. */
const publicUrl = () =>
  ruled(
    text(2048),
    matches(
      PUBLIC_URL,
      'is not an address that is served; write http(s)://, a host name such as data.example.com (no IP address, no user), and no spaces, quotes or backslashes',
    ),
    {
      rule: `!self.matches(${celText(INSIDE)})`,
      message: 'is an address inside of the cluster or of its network; write one that is reachable from outside',
      holds: (url) => !isInside(url),
    },
  )

/** The files that a model is tuned with. */
export const inputSchema = ruled(
  z.object({
    name: ruled(
      text(253),
      matches(DATA_NAME, 'tuning.input.name holds letters, digits, "-", "." and "_"; rename the data'),
    )
      .describe('Identifies the data, for people.')
      .optional(),
    urls: z
      .array(publicUrl().describe('Address of a data file.'))
      .min(1)
      .max(64)
      .describe('http or https addresses of data files that are reachable from outside of the cluster.')
      .optional(),
    image: imageReference('image').describe('Image whose /data directory holds the files.').optional(),
    imagePullSecrets: pullSecrets('Secrets of type kubernetes.io/dockerconfigjson to pull the image with.').optional(),
    volumeSource: notServed(
      openObject('Not served: data comes from addresses or an image.'),
      'not served: data comes from addresses or an image; write urls or image instead',
    ).optional(),
  }),
  {
    rule: '[has(self.urls), has(self.image), has(self.volumeSource)].exists_one(given, given)',
    message: 'tuning.input needs exactly one of urls, image and volumeSource',
    holds: ({ urls, image, volumeSource }) => [urls, image, volumeSource].filter(Boolean).length === 1,
  },
)
