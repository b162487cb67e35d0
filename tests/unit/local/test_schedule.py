from threading import Event, Thread

from federation.local.schedule import Schedule
from tests.support.eventually import HANGS


def test_a_function_is_called_at_once_and_again_until_the_end() -> None:
    calls, thrice = [], Event()

    def call() -> None:
        calls.append(1)
        if len(calls) == 3:
            thrice.set()

    with Schedule("test", call, 0.001):
        assert thrice.wait(HANGS)
    done = len(calls)
    assert done >= 3
    assert not Event().wait(0.01)
    assert len(calls) == done


def test_what_fails_is_tried_again() -> None:
    failed_twice, calls = Event(), []

    def call() -> None:
        calls.append(1)
        if len(calls) == 2:
            failed_twice.set()
        raise OSError

    with Schedule("test", call, 0.001):
        assert failed_twice.wait(HANGS)


def test_who_ends_it_does_not_wait_for_the_next_call() -> None:
    called = Event()
    with Schedule("test", called.set, 3600):
        assert called.wait(HANGS)


def test_what_is_disabled_ends_its_call_and_makes_no_other() -> None:
    begun, may_end = Event(), Event()
    ended: list[int] = []
    seen: list[int] = []

    def call() -> None:
        begun.set()
        assert may_end.wait(HANGS)
        ended.append(1)

    def disable() -> None:
        schedule.disable()
        seen.append(len(ended))

    with Schedule("test", call, 0.001) as schedule:
        assert begun.wait(HANGS)
        disabling = Thread(target=disable)
        disabling.start()
        may_end.set()
        disabling.join()
        assert not Event().wait(0.01)
    assert seen == [len(ended)]
    assert ended
