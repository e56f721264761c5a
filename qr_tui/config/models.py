"""The person's own models, made into catalogue entries."""

from qr_tui.config.settings import FieldAddition, ModelAddition, Settings
from qr_tui.core.catalogue import BUILT_IN, Catalogue, Field, Model


def catalogue(settings: Settings) -> Catalogue:
    """Return the models, the person's own among them, with the defaults that the person has chosen."""
    return Catalogue(additions(settings), settings.parameters)


def additions(settings: Settings) -> list[Model]:
    """Return the models of `[models]`, for `core.catalogue.Catalogue`."""
    return [_model(name, addition) for name, addition in settings.models.items()]


def _model(name: str, addition: ModelAddition) -> Model:
    like = next((one for one in BUILT_IN if addition.family in (one.id, one.family)), None)
    base = like or Model(id=name, family="custom")
    own = {field.name: _field(field) for field in addition.fields}
    kept = [own.pop(field.name, field) for field in base.fields]
    return Model(
        id=name,
        family=base.family,
        fields=(*kept, *own.values()),
        max_images=base.max_images if addition.max_images is None else addition.max_images,
        images_help=base.images_help,
        minutes=addition.minutes or base.minutes,
        note=addition.note,
    )


def _field(addition: FieldAddition) -> Field:
    return Field(
        name=addition.name,
        label=addition.label or addition.name,
        control=addition.control,
        values=addition.values,
        default=addition.default,
        help=addition.help,
        optional=addition.optional,
    )
