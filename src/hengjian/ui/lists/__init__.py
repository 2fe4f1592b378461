"""Lists as tools: filters, views, sort and page size live in the URL; export has the same columns.

    SPEC = ListSpec(columns=(...), filters=(...), views=(...), default_sort="-risk", url=institution_url)

    listing = SPEC.open(request.GET, path=request.path, rows=institutions_visible_to(user))
    if listing.wants_export:
        return listing.export("检验检测机构", now=timezone.now())
    return render(request, "registry/institutions.html", {"listing": listing})

Rows may be a queryset (filtered and cut in the database) or a sequence. What the URL asks and the list does not know is
left out and said in a sentence (`listing.errors`), never a 500.
"""

from hengjian.ui.lists.listing import Listing, ListSpec
from hengjian.ui.lists.spec import Column, Filter, View

__all__ = ["Column", "Filter", "ListSpec", "Listing", "View"]
