# Prints one paper: gets ready, reads JSON from standard input, writes a PDF/A-3b to standard output. Nothing is fetched.
import json
import os
import resource
import sys

MEGABYTE = 1 << 20
resource.setrlimit(resource.RLIMIT_AS, (768 * MEGABYTE, 768 * MEGABYTE))
resource.setrlimit(resource.RLIMIT_CPU, (40, 40))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
os.nice(5)

try:
    import pydyf
    import weasyprint
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(69)

from urllib.parse import unquote_to_bytes
import base64

# The style of all pages and the fonts are read once before the order comes.
weasyprint.HTML(string='<p>a<b>b</b></p>').render()

order = json.load(sys.stdin)
# The same order is the same file: the time of printing has no part in it.
os.environ['SOURCE_DATE_EPOCH'] = order['epoch']
enclosed = order.get('xml')


def fetch(url, timeout=10, ssl_context=None):
    """The only thing there is to fetch: pictures that are inside the page, and the attachment."""
    if enclosed is not None and url == 'outpost:///' + order['xml_name']:
        return {'string': enclosed.encode('utf-8'), 'mime_type': 'text/xml', 'redirected_url': url}
    for kind in ('image/png', 'image/jpeg'):
        prefix = 'data:' + kind + ';base64,'
        if url.startswith(prefix):
            return {'string': base64.b64decode(unquote_to_bytes(url[len(prefix):])), 'mime_type': kind}
    raise ValueError('nothing is fetched')


def name_the_invoice(document, pdf):
    """Says in the file that the attachment is the invoice itself, as Factur-X asks for it."""
    pdf.info['CreationDate'] = pdf.info['ModDate'] = pydyf.String(order['pdf_date'])
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Stream) and thing.extra.get('Type') == '/Metadata':
            for i, part in enumerate(thing.stream):
                if isinstance(part, bytes) and b'</rdf:RDF>' in part:
                    thing.stream[i] = part.replace(b'</rdf:RDF>', order['xmp'].encode('utf-8') + b'</rdf:RDF>')
        elif isinstance(thing, pydyf.Stream) and thing.extra.get('Type') == '/EmbeddedFile':
            thing.extra['Subtype'] = '/text#2Fxml'
            thing.extra['Params']['ModDate'] = pydyf.String(order['pdf_date'])
        elif isinstance(thing, dict) and thing.get('Type') == '/Filespec':
            thing['F'] = pydyf.String(order['xml_name'])
            thing['EF']['UF'] = thing['EF']['F']
            thing['AFRelationship'] = '/Alternative'
            pdf.catalog['AF'] = pydyf.Array([thing.reference])


attachments = []
if enclosed is not None:
    attachments.append(weasyprint.Attachment(url='outpost:///' + order['xml_name'], url_fetcher=fetch, description='The invoice as data'))
page = weasyprint.HTML(string=order['html'], base_url=None, url_fetcher=fetch)
pdf = page.write_pdf(attachments=attachments, finisher=name_the_invoice, variant='pdf/a-3b', identifier=order['identifier'].encode('ascii'))
sys.stdout.buffer.write(pdf)
