"""A web server that answers with the address it sees; both families. Usage: web.py [PORT [TEXT [ADDRESS]]]: any address, or one"""
import http.server, socket, socketserver, sys

class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        socketserver.TCPServer.server_bind(self)  # HTTPServer's own asks the DNS for our name
        self.server_name, self.server_port = 'test', self.server_address[1]

class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'  # one connection, many pages
    def do_GET(self):
        text = (sys.argv[2] if len(sys.argv) > 2 else self.client_address[0].replace('::ffff:', '')) + '\n'
        self.send_response(200)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())
    def log_message(self, *_):
        pass

address = sys.argv[3] if len(sys.argv) > 3 else '::'
Server((address if ':' in address else '::ffff:' + address, int(sys.argv[1]) if len(sys.argv) > 1 else 80), Answer).serve_forever()
