# SPDX-License-Identifier: Apache-2.0
import corpus


def test_every_token_of_the_corpus_is_judged_as_it_should_be():
    judged, good, wrong = corpus.run()
    assert wrong == []
    assert (judged, good) == (1529, 295)


def test_a_wrong_expectation_would_be_noticed():
    case = {"name": "x", "status": "MXAUTH_EXPIRED"}

    class Accepting:
        def validate(self, _):
            return object()

    assert list(corpus.differences(case, Accepting(), "")) == ["x: MXAUTH_OK instead of MXAUTH_EXPIRED"]
