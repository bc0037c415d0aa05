# PyTorch, as another engine: JSON lines in, JSON lines out. Units come with channels before rows and columns.
import base64, json, resource, sys, time
import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def numbers(text, shape):
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32).reshape(shape).clone()


def forward(nodes, weights, x):
    values = {'input': x}
    for node in nodes:
        w = lambda name: weights.get(node['id'] + '/' + name)
        a = values[node['from'][0]]
        kind = node['kind']
        if kind == 'dense':
            y = torch.addmm(w('bias'), a, w('kernel'))
        elif kind == 'conv2d':
            stride, size = node.get('stride', [1, 1])[0], node['size'][0]
            before = max((a.shape[2] - 1) // stride * stride + size - a.shape[2], 0)
            if stride == 1:
                y = F.conv2d(a, w('kernel'), w('bias'), 1, size // 2)
            elif before > 0:
                y = F.conv2d(F.pad(a, (before // 2, before - before // 2) * 2), w('kernel'), w('bias'), stride)
            else:
                y = F.conv2d(a, w('kernel'), w('bias'), stride)
        elif kind == 'maxPool':
            y = F.max_pool2d(a, 2)
        elif kind == 'flatten':
            y = a.flatten(1)
        elif kind == 'globalAvgPool':
            y = a.mean((2, 3))
        elif kind == 'add':
            y = a + values[node['from'][1]]
        elif kind == 'activate':
            y = getattr(torch, node['fn'])(a)
        else:
            y = F.batch_norm(a, w('movingMean'), w('movingVariance'), w('gamma'), w('beta'), True, 0.1, 1e-5)
        values[node['id']] = y
    return values[nodes[-1]['id']]


def start(unit):
    nodes, weights = unit['nodes'], {}
    for node in nodes:
        for name, shape in node['params'].items():
            key = node['id'] + '/' + name
            weights[key] = numbers(unit['weights'][key], shape).requires_grad_(not name.startswith('moving'))
    x = numbers(unit['inputs'], unit['shape'])
    y = torch.tensor(unit['labels'])
    if unit['explains']:
        for weight in weights.values():
            weight.requires_grad_(False)
        x.requires_grad_(True)

        def gradient():
            (g,) = torch.autograd.grad(forward(nodes, weights, x)[:, 0].sum(), x)
            return g.permute(0, 2, 3, 1).contiguous()

        return gradient
    trained = [weight for weight in weights.values() if weight.requires_grad]
    adam = torch.optim.Adam(trained, lr=0.001, eps=1e-8)

    def step():
        adam.zero_grad()
        loss = F.cross_entropy(forward(nodes, weights, x), y)
        loss.backward()
        adam.step()
        return loss.item()

    return step


def clock():
    return time.perf_counter() * 1000


def resident():
    with open('/proc/self/statm') as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def median(values):
    return sorted(values)[len(values) // 2]


def first_steps(step, most, limit_ms):
    begin, found = clock(), []
    while len(found) < most and (len(found) < 2 or clock() - begin < limit_ms):
        found.append(step())
    return found


def warm_up(step, limit_ms):
    begin, last = clock(), None
    while True:
        times = []
        for _ in range(5):
            since = clock()
            step()
            times.append(clock() - since)
        now = median(times)
        if (last is not None and abs(now - last) < 0.1 * last) or clock() - begin > limit_ms:
            return now
        last = now


def timed(step, block, limit_ms, most=30):
    begin, times = clock(), []
    while len(times) < most and (len(times) < 3 or clock() - begin < limit_ms):
        since = clock()
        for _ in range(block):
            step()
        times.append((clock() - since) / block)
    return times


def answer(message):
    global step, block
    if message['wants'] == 'run':
        return {'times': timed(step, block, message['limitMs'])}
    before, begin = resident(), clock()
    step = start(message['unit'])
    first = step()
    first_ms = clock() - begin
    found = first_steps(step, 29, message['parityMs'])
    block = 200 if warm_up(step, message['warmMs']) < 0.1 else 1
    explains = message['unit']['explains']
    told = {'result': base64.b64encode(first.numpy().tobytes()).decode()} if explains else {'losses': [first] + found}
    return {**told, 'firstMs': first_ms, 'warmupMs': clock() - begin, 'note': 'PyTorch ' + torch.__version__,
            'memory': resident() - before}


for line in sys.stdin:
    try:
        print(json.dumps(answer(json.loads(line))), flush=True)
    except Exception as error:
        print(json.dumps({'reason': str(error).split('\n')[0][:100]}), flush=True)
