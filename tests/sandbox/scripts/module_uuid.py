# feature: parsing and making
# request: {}
# expect: ["12345678-1234-5678-1234-567812345678", "12345678123456781234567812345678", null, "cfbff0d1-9375-5685-968c-48ce8b15ae17", 36, true, 4]

import uuid

def process_incoming(request):
    u = uuid.UUID("12345678123456781234567812345678")
    return [str(u), u.hex, u.version, str(uuid.uuid5(uuid.NAMESPACE_DNS, "example.com")), len(str(uuid.uuid4())), uuid.uuid4() != uuid.uuid4(), uuid.uuid4().version]
