import torch

from xlcf.training.random_numbers import RandomNumbers


def draw(device):
    return torch.rand(4, device=device).tolist()


def state(device):
    return torch.cuda.get_rng_state() if device.type == "cuda" else torch.get_rng_state()


def test_torchs_own_numbers_are_lent_and_given_back(device):
    ours, alone = RandomNumbers(7, device), torch.Generator(device).manual_seed(7)
    for _ in range(2):
        before = state(device)
        with ours.in_use():
            drawn = draw(device)
        assert drawn == torch.rand(4, device=device, generator=alone).tolist()
        assert state(device).equal(before)
        draw(device)  # somebody else's


def test_it_goes_on_from_a_state(device):
    ours = RandomNumbers(7, device)
    with ours.in_use():
        draw(device)
    saved = {name: value.clone() for name, value in ours.state().items()}

    def rest(random):
        with random.in_use():
            return draw(device), torch.randperm(9, generator=random.order, device=device).tolist()

    expected = rest(ours)
    other = RandomNumbers(8, device)
    other.set_state(saved)
    assert rest(other) == expected


def test_a_state_may_be_part_of_a_larger_tensor(device):
    states = [RandomNumbers(seed, device).state() for seed in (1, 2)]
    stacked = {name: torch.stack([state[name] for state in states]) for name in states[0]}
    other = RandomNumbers(3, device)
    other.set_state({name: tensor[1] for name, tensor in stacked.items()})
    for name, expected in states[1].items():
        assert other.state()[name].equal(expected)
    with other.in_use():
        assert draw(device) == torch.rand(4, device=device, generator=torch.Generator(device).manual_seed(2)).tolist()


def test_an_error_within_gives_the_numbers_back(device):
    before = state(device)
    try:
        with RandomNumbers(7, device).in_use():
            draw(device)
            raise KeyError
    except KeyError:
        pass
    assert state(device).equal(before)
