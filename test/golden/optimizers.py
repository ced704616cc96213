"""
Where PyTorch's optimizers end, in double precision: three epochs of two mini-batches, of a network of two layers, plain and
with L2 or clipping. (clip_grad_norm_ clips to 1e-6 less, relative to the norm.)

Run: /usr/bin/python3 test/golden/optimizers.py (Debian's python3-torch, 1.13.1)
Its figures stand in optimizers.ts.
"""

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

x = torch.tensor([[0.5, -1.0], [1.5, 0.25], [-2.0, 0.75]])
y = torch.tensor([[0.25, 0.75], [1.0, 0.0], [0.5, 0.125]])
batches = [slice(0, 2), slice(2, 3)]
EPOCHS = 3
# The network of activations.py.
parameters = [
    torch.tensor([[0.5, -0.25], [-1.0, 0.5], [0.75, 1.25]]),
    torch.tensor([0.125, 0.25, -0.5]),
    torch.tensor([[0.5, -0.75, 1.0], [-0.5, 0.25, 0.75]]),
    torch.tensor([0.5, -0.25]),
]

optim = torch.optim
optimizers = {
    "sgd": lambda p, **o: optim.SGD(p, lr=0.25, **o),
    "momentum": lambda p, **o: optim.SGD(p, lr=0.125, momentum=0.9, **o),
    "nesterov": lambda p, **o: optim.SGD(p, lr=0.125, momentum=0.9, nesterov=True, **o),
    "adagrad": lambda p, **o: optim.Adagrad(p, lr=0.125, **o),
    "rmsprop": lambda p, **o: optim.RMSprop(p, lr=0.03125, **o),
    "adam": lambda p, **o: optim.Adam(p, lr=0.03125, **o),
    "adamw": lambda p, **o: optim.AdamW(p, lr=0.03125, **o),
}


def show(name, optimizer, restrain=lambda leaves: None, **options):
    w1, b1, w2, b2 = leaves = [p.clone().requires_grad_() for p in parameters]
    # L2 and weight decay are for weights alone, as bp4's are.
    groups = [{"params": [w1, w2], **options}, {"params": [b1, b2], **{k: 0 for k in options}}]
    if optimizer == "adamw" and not options:
        groups[1]["weight_decay"] = 0
    steps = optimizers[optimizer](groups)
    for _ in range(EPOCHS):
        for batch in batches:
            steps.zero_grad()
            F.mse_loss(torch.tanh(x[batch] @ w1.T + b1) @ w2.T + b2, y[batch]).backward()
            restrain(leaves)
            steps.step()
    numbers = [w for leaf in leaves for w in leaf.detach().flatten().tolist()]
    print(f"  '{name}': [{', '.join(f'{number:.9g}' for number in numbers)}],")


print("export const trainedBy = {")
for name in optimizers:
    show(name, name)
for name in optimizers:
    if name != "adamw":
        show(f"{name}, l2", name, weight_decay=0.125)
for name in optimizers:
    show(f"{name}, clip.value", name, lambda leaves: torch.nn.utils.clip_grad_value_(leaves, 0.125))
for name in optimizers:
    show(f"{name}, clip.norm", name, lambda leaves: torch.nn.utils.clip_grad_norm_(leaves, 0.25))
print("};")
